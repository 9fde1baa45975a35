import { buildProgram } from "./build-program.ts";
import { LAUNCHER_VARIABLE } from "./launcher.ts";

/** Before all tests: what they start is built once. */
export async function setup(): Promise<void> {
  process.env[LAUNCHER_VARIABLE] = await buildProgram();
}
