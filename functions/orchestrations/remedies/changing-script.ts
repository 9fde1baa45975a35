import type { Task } from "durable-functions";

import type { ManagedSlot } from "../../../shared/domain/managed-command.ts";
import type { SwitchStart } from "../../activities/catalogue/guest.ts";
import type { Patience } from "../call.ts";
import type { Run } from "../run.ts";

/** A script that changes Windows: its activities, and what people call it. */
export interface ChangingScript<Answer> {
  readonly called: string;
  /** Over the VM's one Run Command, or as a managed one. */
  readonly start: (
    patience: Patience,
    managed?: ManagedSlot,
  ) => Generator<Task, SwitchStart, unknown>;
  readonly poll: (operation: string, patience: Patience) => Generator<Task, Poll<Answer>, unknown>;
}

/** One look at a script under way. */
type Poll<Answer> =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  | { readonly kind: "finished"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** A script on its way: whatever may have reached Windows counts as sent. */
export interface Sending<Answer> {
  readonly run: Run;
  readonly script: ChangingScript<Answer>;
  readonly deadline: Date;
  readonly patience: Patience;
  sent: boolean;
}
