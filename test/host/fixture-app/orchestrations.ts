import { app, RetryOptions } from "durable-functions";
import type { OrchestrationContext, Task, TimerTask } from "durable-functions";

interface Row {
  readonly file: string;
  readonly gate: string;
}

type Story<Result = unknown> = Generator<Task, Result, unknown>;

function after(context: OrchestrationContext, milliseconds: number): TimerTask {
  return context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + milliseconds));
}

/** One of everything that the recorded conversation with a real host holds, entities apart. */
app.orchestration("tour", function* tour(context): Story {
  const { df } = context;
  const first = yield df.callActivity("echo", "w");
  const timer = after(context, 300);
  const winner = yield df.Task.any([timer, df.waitForExternalEvent("Go")]);
  const all = yield df.Task.all([df.callActivity("echo", "p1"), df.callActivity("echo", "p2")]);
  const sub = yield df.callSubOrchestrator("part", { k: 1 });
  let error = "none";
  try {
    yield df.callActivityWithRetry("refuse", new RetryOptions(100, 2), "no luck");
  } catch (error_) {
    error = error_ instanceof Error ? error_.message : "";
  }
  df.setCustomStatus({ step: "last" });
  return { first, timerWon: winner === timer, all, sub, error };
});

app.orchestration("part", function* part(context): Story {
  yield context.df.callActivity("echo", 1);
  return `part of ${context.df.parentInstanceId}`;
});

/** Appends lines one after another, with a status after each. */
app.orchestration("steps", function* steps(context): Story {
  const { file, count } = context.df.getInput<{ file: string; count: number }>();
  for (let step = 1; step <= count; step += 1) {
    yield context.df.callActivity("append", { file, line: `step ${step}` });
    context.df.setCustomStatus({ step });
  }
  return count;
});

app.orchestration("gated", function* gated(context): Story {
  const row = context.df.getInput<Row>();
  const result = yield context.df.callActivity("gate", row);
  yield context.df.callActivity("append", { file: row.file, line: "after" });
  return result;
});

app.orchestration("sleep", function* sleep(context): Story {
  yield after(context, context.df.getInput<number>());
  return "woke";
});

/** Collects events named `Note` until it has as many as asked for. */
app.orchestration("collect", function* collect(context): Story {
  const count = context.df.getInput<number>();
  const notes: unknown[] = [];
  while (notes.length < count) {
    notes.push(yield context.df.waitForExternalEvent("Note"));
  }
  return notes;
});

/** Looks for an event only after an activity that waits for its gate. */
app.orchestration("late-wait", function* lateWait(context): Story {
  yield context.df.callActivity("gate", context.df.getInput<Row>());
  return yield context.df.waitForExternalEvent("Note");
});

app.orchestration("nested", function* nested(context): Story {
  const { df } = context;
  const never = df.waitForExternalEvent("Never");
  const inner = df.Task.any([never, df.callActivity("echo", "a")]);
  yield df.Task.all([inner, df.callActivity("echo", "b")]);
  const first = df.callActivity("echo", "c");
  const all = yield df.Task.all([first, df.Task.all([df.callActivity("echo", "d")])]);
  return { innerDone: inner.isCompleted, all };
});

/** Waits for an activity first beside an event, then by itself. */
app.orchestration("wait-again", function* waitAgain(context): Story {
  const { df } = context;
  const slow = df.callActivity("gate", df.getInput<Row>());
  const note = df.waitForExternalEvent("Note");
  const noteCame = (yield df.Task.any([slow, note])) === note;
  const slowResult = yield slow;
  const next = yield df.callActivity("echo", "next");
  return { noteCame, slowResult, next };
});

/** Puts one task into two compounds, which Azure would start twice. */
app.orchestration("reuse", function* reuse(context): Story<void> {
  const { df } = context;
  const slow = df.callActivity("gate", df.getInput<Row>());
  yield df.Task.any([slow, df.waitForExternalEvent("Note")]);
  yield df.Task.any([slow, df.waitForExternalEvent("Other")]);
});

/** Begins anew until its input is 0; takes one event in each run but the first. */
app.orchestration("rounds", function* rounds(context): Story {
  const { left, notes } = context.df.getInput<{ left: number; notes: unknown[] }>();
  const note = notes.length === 0 ? "none" : yield context.df.waitForExternalEvent("Note");
  context.df.setCustomStatus({ left });
  if (left === 0) {
    return [...notes, note];
  }
  if (notes.length === 0) {
    yield context.df.waitForExternalEvent("Begin");
  }
  context.df.continueAsNew({ left: left - 1, notes: [...notes, note] });
  return undefined;
});

app.orchestration("cancel", function* cancel(context): Story {
  const { df } = context;
  const soon = after(context, context.df.getInput<number>());
  const note = df.waitForExternalEvent("Note");
  yield df.Task.any([soon, note]);
  soon.cancel();
  const echo = yield df.callActivity("echo", "after");
  yield df.waitForExternalEvent("End");
  return echo;
});

app.orchestration("orphan", function* orphan(context): Story {
  const { df } = context;
  const child = df.callSubOrchestrator("collect", 1, `${df.instanceId}-child`);
  yield df.Task.any([child, df.waitForExternalEvent("Leave")]);
  return "left";
});

/** A task that is tried again, beside others that take numbers meanwhile. */
app.orchestration("retry-beside", function* retryBeside(context): Story {
  const { df } = context;
  const { file, failures } = df.getInput<{ file: string; failures: number }>();
  const flaky = df.callActivityWithRetry("flaky", new RetryOptions(30, 5), { file, failures });
  const seen: unknown[] = [];
  const first = df.waitForExternalEvent("Note");
  yield df.Task.any([flaky, first]);
  for (let count = 0; count < 4; count += 1) {
    seen.push(yield df.callActivity("echo", count));
    yield after(context, 20);
  }
  return { attempts: yield flaky, seen };
});

app.orchestration("retry-child", function* retryChild(context): Story {
  const input = context.df.getInput<{ file: string; failures: number }>();
  return yield context.df.callSubOrchestratorWithRetry("try-once", new RetryOptions(10, 5), input);
});

app.orchestration("try-once", function* tryOnce(context): Story {
  return yield context.df.callActivity("flaky", context.df.getInput());
});

app.orchestration("fail", function* fail(context): Story {
  context.df.setCustomStatus("about to fail");
  yield context.df.callActivity("echo", 1);
  throw new Error("out of luck");
});

app.orchestration("child-fails", function* childFails(context): Story {
  try {
    yield context.df.callSubOrchestrator("fail");
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "no error";
});

app.orchestration("unknown-activity", function* unknownActivity(context): Story<void> {
  yield context.df.callActivity("nowhere");
});

app.orchestration("calls-http", function* callsHttp(context): Story<void> {
  yield context.df.callHttp({ method: "GET", url: "http://127.0.0.1:9/" });
});

app.orchestration("week", function* week(context): Story {
  const timer = after(context, 10 * 86_400_000);
  const note = context.df.waitForExternalEvent("Note");
  yield context.df.Task.any([timer, note]);
  timer.cancel();
  return yield context.df.callActivity("echo", "done");
});
