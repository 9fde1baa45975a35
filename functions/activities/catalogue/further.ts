import type { FurtherPoll } from "../../../shared/facts/look-further.ts";
import type {
  GhostsPoll,
  GhostsRequest,
} from "../../../shared/remedies/ghost-adapters/remove-ghosts.ts";
import type { ScriptStart } from "./guest.ts";

/** What else Windows is asked: why RDP is silent, and for adapters that are gone. */
export interface FurtherActivities {
  readonly startLookFurther: {
    readonly input: { readonly vmId: string };
    readonly output: ScriptStart;
  };
  readonly pollLookFurther: {
    readonly input: { readonly vmId: string; readonly operation: string };
    readonly output: FurtherPoll;
  };
  readonly startGhosts: { readonly input: GhostsRequest; readonly output: ScriptStart };
  readonly pollGhosts: {
    readonly input: { readonly vmId: string; readonly operation: string };
    readonly output: GhostsPoll;
  };
}
