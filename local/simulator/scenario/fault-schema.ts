import { z } from "zod";

/** Names of the requests that simulated Azure knows, as faults, holds and its log use them. */
export const OPERATIONS = [
  "vm.get",
  "vm.instanceView",
  "vm.list",
  "vm.start",
  "vm.restart",
  "vm.deallocate",
  "runCommand.post",
  "managedCommand.list",
  "managedCommand.get",
  "managedCommand.put",
  "managedCommand.delete",
  "nic.get",
  "nic.list",
  "nic.put",
  "subnet.get",
  "vnet.checkAddress",
  "nsg.get",
  "publicIp.get",
  "networkWatcher.list",
  "networkWatcher.get",
  "networkWatcher.verifyIpFlow",
  "publicIp.list",
  "disk.get",
  "snapshot.put",
  "snapshot.get",
  "snapshot.list",
  "snapshot.patch",
  "snapshot.delete",
  "operation.get",
  "console.get",
  "console.connect",
  "vm.bootDiagnostics",
  "blob.get",
  "console.line",
  "secret.get",
  "topic.publish",
  "dnsZone.list",
  "dnsRecord.list",
  "lock.list",
  "permission.list",
  "eventSubscription.list",
  "health.get",
  "activityLog.list",
  "group.get",
  "subscription.get",
  "subscription.list",
  "proxy.connect",
  "unknown",
] as const;

/** A request's name. */
export type Operation = (typeof OPERATIONS)[number];

/** A request's name as outside data. */
export const operation = z.enum(OPERATIONS);

const seconds = z.number().min(0).max(86_400);
const when = z.enum(["before", "after"]);

/** What each fault needs to know when it strikes: which requests, and from which one on for how many. */
const matching = {
  vm: z.string().min(1).optional(),
  script: z.string().min(1).optional(),
  nth: z.number().int().min(1).default(1).describe("The first matching request that it strikes."),
  count: z
    .union([z.number().int().min(1), z.literal("always")])
    .default(1)
    .describe("How many it strikes from there."),
};
const anyRequest = { operation, ...matching };
const runCommand = { operation: operation.default("runCommand.post"), ...matching };
const probe = { operation: operation.default("proxy.connect"), ...matching };
/** Something that happens to `vm`, at a request about any VM unless one is named. */
const onVm = { ...anyRequest, vm: z.string().min(1), about: z.string().min(1).optional() };

/** An address with its prefix length, for example `10.30.1.99/24`. */
export const cidr = z.cidrv4();

/** A static configuration of a guest's adapter. */
export const staticConfiguration = z.strictObject({
  addresses: z.array(cidr).min(1),
  gateway: z.ipv4().nullable().default(null),
  dnsServers: z.array(z.ipv4()).default([]),
});

/** What the simulated DHCP server answers to one NIC. */
export const leaseRule = z.union([
  z.literal("azure").describe("Azure's own address, as the real one does."),
  z.literal("never"),
  z.strictObject({ address: cidr, gateway: z.ipv4().optional() }),
]);

/** What Azure itself says about a VM's availability. */
export const platformHealth = z.strictObject({
  state: z.enum(["Available", "Unavailable", "Degraded", "Unknown"]).default("Available"),
  reasonType: z
    .enum(["", "Unplanned", "Planned", "UserInitiated"])
    .default("")
    .describe("Where the trouble comes from."),
  summary: z.string().default("There aren't any known Azure platform problems affecting this VM."),
});

/** What fails inside Windows. */
const guestFault = z.enum([
  "switch",
  "restore",
  "add",
  "sources",
  "unregister",
  "enable",
  "disable",
  "stop",
  "renew",
  "removeDevice",
]);

/** Something that goes wrong at one request; `when` says before or after that request's effect. */
export const fault = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("throttle"),
    ...anyRequest,
    retryAfterSeconds: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe("Left out: the answer has no `Retry-After`."),
  }),
  z.strictObject({
    kind: z.literal("error"),
    ...anyRequest,
    status: z.number().int().min(400).max(599).default(500),
    code: z.string().min(1).default("InternalServerError"),
    message: z.string().default("An internal error occurred."),
    when: when.default("before"),
  }),
  z
    .strictObject({
      kind: z.literal("lost"),
      ...anyRequest,
      how: z.enum(["break", "hang"]).default("break"),
      when: when.default("after"),
    })
    .describe("The answer never arrives: the connection breaks, or stays open for ever."),
  z
    .strictObject({ kind: z.literal("slow"), ...anyRequest, seconds })
    .describe(
      "Adds to the duration of the operation, or of the answer where there is no operation.",
    ),
  z
    .strictObject({ kind: z.literal("stuck"), ...anyRequest, when: when.default("after") })
    .describe("The operation is never said to end; `before`: it does nothing either."),
  z
    .strictObject({
      kind: z.literal("failOperation"),
      ...anyRequest,
      code: z.string().min(1).default("InternalExecutionError"),
      message: z.string().default("An internal execution error occurred. Please retry later."),
      when: when.default("before"),
    })
    .describe("The operation ends as failed; `before`: without an effect."),
  z
    .strictObject({ kind: z.literal("busySlot"), ...runCommand, seconds: seconds.default(0) })
    .describe("The Run Command slot is taken, at this request and for `seconds` from it on."),
  z
    .strictObject({ kind: z.literal("lingeringSlot"), ...runCommand, seconds })
    .describe("The slot stays taken for `seconds` after this command's success."),
  z.strictObject({
    kind: z.literal("killScript"),
    ...runCommand,
    after: z
      .enum(["armed", "switched", "leased"])
      .describe("Once the task is armed, once the first change is made, or at the first lease."),
  }),
  z
    .strictObject({
      kind: z.literal("guestTrouble"),
      ...runCommand,
      what: z.array(guestFault).min(1),
    })
    .describe(
      "Windows itself fails: netsh's switch to DHCP, its setting of addresses or its adding of further ones (on the way back too), their marks as sources, the removal of a task, an adapter that stays off or on, a service that keeps running, a lease's renewal, the removal of a device.",
    ),
  z
    .strictObject({
      kind: z.literal("cutOutput"),
      ...runCommand,
      bytes: z.number().int().min(0).max(4096).default(64),
    })
    .describe("Only the last `bytes` of the output arrive."),
  z.strictObject({
    kind: z.literal("power"),
    ...onVm,
    state: z.enum(["deallocated", "stopped", "running"]).default("deallocated"),
    when: when.default("after"),
  }),
  z.strictObject({
    kind: z.literal("deleteVm"),
    ...onVm,
    when: when.default("after"),
  }),
  z
    .strictObject({
      kind: z.literal("humanNicChange"),
      ...onVm,
      address: z.ipv4().optional(),
      tagsOnly: z.boolean().default(false),
      when: when.default("after"),
    })
    .describe(
      "Someone else writes the primary NIC: another address (the next free one if none is named), or only its tags.",
    ),
  z
    .strictObject({
      kind: z.literal("humanGuestChange"),
      ...onVm,
      static: staticConfiguration,
      when: when.default("after"),
    })
    .describe("Someone sets a static address in Windows, on the primary NIC's adapter."),
  z.strictObject({
    kind: z.literal("lease"),
    ...onVm,
    lease: leaseRule,
    when: when.default("before"),
  }),
  z
    .strictObject({
      kind: z.literal("health"),
      ...onVm,
      health: platformHealth,
      when: when.default("before"),
    })
    .describe("From then on Azure says something else about the VM's availability."),
  z.strictObject({ kind: z.literal("dropProbe"), ...probe }),
  z.strictObject({ kind: z.literal("noRoute"), ...probe }),
]);

/** A fault with every default filled in. */
export type Fault = z.output<typeof fault>;

/** What the simulated DHCP server answers to one NIC. */
export type LeaseRule = z.output<typeof leaseRule>;

/** What Azure itself says about a VM's availability. */
export type PlatformHealth = z.output<typeof platformHealth>;

/** A static configuration of a guest's adapter. */
export type StaticConfiguration = z.output<typeof staticConfiguration>;
