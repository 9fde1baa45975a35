import { app } from "durable-functions";

import { confirmSilence } from "./confirm-silence.ts";
import { healVm } from "./heal-vm.ts";
import { makeBackup } from "./make-backup.ts";
import { readGuest } from "./read-guest.ts";
import { resolveNic } from "./resolve-nic.ts";

app.orchestration("healVm", healVm);
app.orchestration("resolveNic", resolveNic);
app.orchestration("confirmSilence", confirmSilence);
app.orchestration("readGuest", readGuest);
app.orchestration("makeBackup", makeBackup);
