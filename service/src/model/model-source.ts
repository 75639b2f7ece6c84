import { createFolderSource } from './folder-source.ts';
import { createMlflowSource } from './mlflow-source.ts';

/** A version of a model as its source has it: ONNX bytes. */
export interface StoredModel {
  readonly version: string;
  readonly onnx: Uint8Array;
}

/** Where models come from. */
export interface ModelSource {
  /**
   * The version that an alias stands for now.
   * Throws UnknownModelError when there is no such model or alias, and any other error when the source cannot be read.
   */
  fetch(name: string, alias: string): Promise<StoredModel>;
}

export interface SourceAccess {
  /** A folder, or the URL of an MLflow tracking server. */
  readonly source: string;
  readonly token: string | null;
}

export function openModelSource({ source, token }: SourceAccess): ModelSource {
  return /^https?:\/\//.test(source) ? createMlflowSource({ url: source, token }) : createFolderSource(source);
}
