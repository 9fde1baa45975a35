import type { Task } from "durable-functions";

import type { ManagedSlot } from "../../../shared/domain/managed-command.ts";
import type { SwitchStart } from "../../activities/catalogue/guest.ts";
import type { Patience } from "../call.ts";
import type { ScriptLook } from "../follow-script.ts";
import type { Run } from "../run.ts";

/** A script that changes Windows: its activities, and what people call it. */
export interface ChangingScript<Answer> {
  readonly called: string;
  /** Over the VM's one Run Command, or as a managed one. */
  readonly start: (
    patience: Patience,
    managed?: ManagedSlot,
  ) => Generator<Task, SwitchStart, unknown>;
  readonly poll: ScriptLook<Answer>["poll"];
}

/** A script on its way: whatever may have reached Windows counts as sent. */
export interface Sending<Answer> {
  readonly run: Run;
  readonly script: ChangingScript<Answer>;
  readonly deadline: Date;
  readonly patience: Patience;
  sent: boolean;
}
