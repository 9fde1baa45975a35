import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8 from letting its heap grow further than a program that runs for weeks beside others should: about 50 MB of it
 * are in use, and on a machine with much memory V8 would take 300. Call it when everything is loaded, since the space for
 * new objects stays as large as it is then. Only memory depends on it: a V8 that does not know a flag goes on as usual.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=50");
}
