export * from './types/embed/types.js';
