import { deleteKeptModel, keptModels, type KeptModel } from './storage/kept.js';

/** @deprecated It is now {@link KeptModel}. */
export type CachedModel = KeptModel;

/** @deprecated It is now {@link keptModels}. */
export const cachedModels = keptModels;

/** @deprecated It is now {@link deleteKeptModel}. */
export const deleteCachedModel = deleteKeptModel;
