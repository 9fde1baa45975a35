import { app } from "durable-functions";

import { cleanUp } from "./clean-up.ts";
import { probeUntilSure } from "./confirm-silence.ts";
import { healVm } from "./heal-vm.ts";
import { keepBoot } from "./keep-boot.ts";
import { makeBackup } from "./make-backup.ts";
import { probeMinute } from "./probe-minute.ts";
import { readGuestWithin } from "./read-guest.ts";
import { resolveTarget } from "./resolve-target.ts";
import { subStory } from "./sub-stories.ts";

app.orchestration("healVm", healVm);
app.orchestration("resolveTarget", resolveTarget);
app.orchestration("probeMinute", probeMinute);
app.orchestration("cleanUp", cleanUp);
app.orchestration("confirmSilence", subStory("confirmSilence", probeUntilSure));
app.orchestration("readGuest", subStory("readGuest", readGuestWithin));
app.orchestration("keepBoot", subStory("keepBoot", keepBoot));
app.orchestration("makeBackup", subStory("makeBackup", makeBackup));
