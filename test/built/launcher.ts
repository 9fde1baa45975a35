import path from "node:path";

/** Name of the environment variable that leads the test processes to the build. */
export const LAUNCHER_VARIABLE = "SIR_TEST_LAUNCHER";

/** The command line as tests start it: the build that was made for them, else the sources. */
export function launcher(): string {
  return (
    process.env[LAUNCHER_VARIABLE] ??
    path.join(import.meta.dirname, "../../local/cli/remediator.mjs")
  );
}
