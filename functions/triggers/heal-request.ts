import { randomUUID } from "node:crypto";

import type { HttpResponseInit } from "@azure/functions";
import { getClient } from "durable-functions";

import { readVmFacts } from "../../shared/facts/azure-facts.ts";
import { decodeHealRequest, operatorSignal } from "../../shared/signals/heal-request.ts";
import { services } from "../services.ts";
import { logOf } from "../telemetry/log.ts";
import { accepted } from "./accepted.ts";
import { errorAnswer, jsonBody } from "./http-answers.ts";
import { httpRoute } from "./http-route.ts";
import { takeIn } from "./take-in.ts";

/** `POST /api/heal`: an operator asks. Reads the VM first, so that a wrong id is answered at once. */
httpRoute("heal", {
  method: "POST",
  route: "heal",
  access: "operate",
  handle: async (request, context) => {
    const asked = decodeHealRequest(await jsonBody(request));
    const refusal = await refusalOf(asked.vmId);
    if (refusal !== null) {
      return refusal;
    }
    const receivedAt = new Date().toISOString();
    const signal = operatorSignal(asked, { id: `sig-${randomUUID()}`, receivedAt });
    await takeIn(getClient(context), [signal], logOf(context));
    return accepted(signal.id);
  },
});

async function refusalOf(vmId: string): Promise<HttpResponseInit | null> {
  const azure = await services().azure();
  const read = await readVmFacts(azure, vmId);
  if (read.kind === "not-found") {
    const nextStep = "Check the id: subscription, resource group and name.";
    return errorAnswer(404, { code: "vm-not-found", message: read.message, nextStep });
  }
  if (read.vm.osType !== "Windows") {
    const message = `${read.vm.name} runs ${read.vm.osType}; only Windows VMs are healed.`;
    return errorAnswer(400, {
      code: "not-windows",
      message,
      nextStep: "Name a Windows VM.",
      problems: [message],
    });
  }
  return null;
}
