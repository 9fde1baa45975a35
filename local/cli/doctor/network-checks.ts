import type { Azure } from "../../../shared/azure/clients.ts";
import { readAzureFacts } from "../../../shared/facts/azure-facts.ts";
import { dial } from "../../../shared/facts/dial.ts";
import { readHindrances } from "../../../shared/facts/hindrances.ts";
import { probeNic, probeOnce, type ProbeAnswer } from "../../../shared/facts/probe.ts";
import type { Settings } from "../../../shared/settings.ts";
import { failed, ok, skipped, type Check, type Finding } from "./finding.ts";

/** Longest wait for a connection, in milliseconds. */
const CONNECT_MS = 5000;

/** What has to answer from here. */
export function networkChecks({ probe, eventTopic }: Settings): readonly Check[] {
  return [
    { name: "proxy", of: null, run: async () => await checkProxy(probe.proxy) },
    { name: "control", of: null, run: async () => await checkControl(probe) },
    { name: "topic", of: null, run: async () => await checkTopic(eventTopic) },
  ];
}

async function checkProxy(proxy: string | null): Promise<Finding> {
  if (proxy === null) {
    return skipped("Probes go directly: no proxy is set.");
  }
  const url = new URL(proxy);
  const answer = await reach(url);
  return answer === null
    ? ok(`The proxy ${url.host} can be reached.`)
    : failed(
        "no-proxy",
        `The proxy ${url.host} cannot be reached: ${answer}.`,
        "Correct REMEDIATOR_PROBE_PROXY, or let this machine reach it.",
      );
}

async function checkControl(probe: Settings["probe"]): Promise<Finding> {
  if (probe.control === null) {
    return skipped("No control target is set; other VMs of the subnet are asked instead.");
  }
  const [address = "", port = ""] = probe.control.split(":");
  const result = await probeOnce({ address, port: Number(port) }, probe);
  return result.replied
    ? ok(`The control target ${probe.control} replies.`)
    : failed(
        "control-silent",
        `The control target ${probe.control} does not reply: ${result.detail}.`,
        "Correct REMEDIATOR_PROBE_CONTROL: while it is silent, no silence of a VM can be told.",
      );
}

/** Nothing is published: that would be news for others. */
async function checkTopic(topic: string | null): Promise<Finding> {
  if (topic === null) {
    return skipped("No topic is told of incidents.");
  }
  const url = new URL(topic);
  const answer = await reach(url);
  return answer === null
    ? ok(`The topic ${url.host} can be reached.`)
    : failed(
        "no-topic",
        `The topic ${url.host} cannot be reached: ${answer}.`,
        "Correct REMEDIATOR_EVENT_TOPIC, or let this machine reach it.",
      );
}

/** Null, or why there was no connection. */
async function reach({ hostname, port, protocol }: URL): Promise<string | null> {
  const usual = protocol === "https:" ? 443 : 80;
  const target = {
    address: hostname.replace(/^\[|\]$/gu, ""),
    port: port === "" ? usual : Number(port),
  };
  const dialled = await dial({ ...target, proxy: null }, AbortSignal.timeout(CONNECT_MS));
  if (dialled.kind !== "connected") {
    return dialled.detail;
  }
  dialled.socket.destroy();
  return null;
}

/** The RDP port of an address, from where this runs. */
export function addressCheck(address: string, { probe }: Settings): Check {
  return {
    name: "rdp",
    of: address,
    run: async () => {
      const result = await probeOnce({ address, port: probe.port }, probe);
      const detail = `${address}:${probe.port}: ${result.detail}`;
      return rdpFinding(
        result.kind === "answers"
          ? { kind: "answers", address, detail }
          : { kind: "no-answer", address, detail },
      );
    },
  };
}

/** The RDP port of a VM, and what Azure tells of what may stand in the way of a heal. */
export function vmChecks(vmId: string, azure: Azure, { probe }: Settings): readonly Check[] {
  const name = vmId.slice(vmId.lastIndexOf("/") + 1);
  const now = new Date().toISOString();
  const reading = once(async () => await readAzureFacts(azure, vmId, now));
  return [
    {
      name: "rdp",
      of: name,
      run: async () => {
        const read = await reading();
        return read.kind === "not-found"
          ? notFound(read.message)
          : rdpFinding(await probeNic(azure, read.facts, null, probe));
      },
    },
    {
      name: "locks-and-health",
      of: name,
      run: async () => {
        const read = await reading();
        return read.kind === "not-found"
          ? notFound(read.message)
          : hindranceFinding(await readHindrances(azure, read.facts));
      },
    },
  ];
}

function rdpFinding({ kind, detail }: ProbeAnswer): Finding {
  return kind === "answers"
    ? ok(`RDP answers from here: ${detail}.`)
    : failed(
        "rdp-silent",
        `RDP does not answer from here: ${detail}.`,
        'Where the VM is well, let this machine reach it: join its network, or set REMEDIATOR_PROBE_PROXY. Else run "remediator diagnose" on it.',
      );
}

function hindranceFinding({
  locks,
  platform,
  remarks,
}: Awaited<ReturnType<typeof readHindrances>>): Finding {
  if (locks === null || platform === null) {
    return failed(
      "hindrances-unreadable",
      remarks.join(" "),
      "Grant 'Reader' on the VM's resource group to the identity.",
    );
  }
  const stopping = locks.filter(({ level }) => level === "ReadOnly");
  if (stopping.length > 0) {
    const names = stopping.map(({ name, scope }) => `${name} on ${scope}`).join(", ");
    return failed(
      "read-only-lock",
      `A ReadOnly lock forbids a heal: ${names}.`,
      "Remove the lock before a heal is wanted; it is refused until then.",
    );
  }
  return ok(`No lock forbids a heal; Azure says of its platform: ${platform.state}.`);
}

function notFound(message: string): Finding {
  return failed("vm-not-found", message, "Check the id: subscription, resource group and name.");
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return async () => await (made ??= make());
}
