export * from './types/api/logitscope.js';
