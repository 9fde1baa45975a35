/* oxlint-disable import/no-unassigned-import -- each module registers its functions */
import "./activities.ts";
import "./orchestrations.ts";
import "./triggers.ts";
