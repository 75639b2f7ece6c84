import type { Model } from './model.ts';
import type { ModelSource } from './model-source.ts';
import { loadOnnxModel } from './onnx-model.ts';

/** The models of one name, each loaded once for as long as the process lives: a switched alias is served by new pods. */
export interface Models {
  /** The version behind an alias, loaded and warm; what failed is tried again by the next call. */
  withAlias(alias: string): Promise<Model>;
}

export function createModels(source: ModelSource, name: string): Models {
  const loaded = new Map<string, Promise<Model>>();
  return {
    async withAlias(alias) {
      const model = loaded.get(alias) ?? load(source, name, alias);
      loaded.set(alias, model);
      try {
        return await model;
      } catch (error) {
        loaded.delete(alias);
        throw error;
      }
    },
  };
}

async function load(source: ModelSource, name: string, alias: string): Promise<Model> {
  const { version, onnx } = await source.fetch(name, alias);
  return loadOnnxModel({ name, alias, version }, onnx);
}
