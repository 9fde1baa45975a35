import "./activities/register.ts";
import "./orchestrations/register.ts";
import "./triggers/alert-fired.ts";
import "./triggers/alerts-webhook.ts";
import "./triggers/heal-request.ts";
import "./triggers/nic-changed.ts";
import "./triggers/queries.ts";
import "./triggers/sweep.ts";
