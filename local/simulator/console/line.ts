import type { WebSocket } from "ws";

import { passGate } from "../faults/gate.ts";
import { guestWorld } from "../network/fabric.ts";
import type { Simulation } from "../simulation.ts";
import { setGuest } from "../world/guests.ts";
import { catchUp } from "../world/power.ts";
import type { VmState } from "../world/world.ts";
import { typeText, waitingText } from "./keyboard.ts";
import { withPrinted } from "./serial-log.ts";
import { shapeOutput } from "./terminal-output.ts";

/** Letters, and the Enter that sends them, if there is one. */
const PIECES = /[^\r\n]+(?:\r\n|[\r\n])?|\r\n|[\r\n]/gu;

/**
 * Somebody's line to a console. What is typed is taken in its order, letter by letter; each line that Enter sends is a
 * request (`console.line`), which the log names without its text, and which faults and holds strike.
 */
export class Line {
  readonly #simulation: Simulation;
  readonly #vm: VmState;
  readonly #socket: WebSocket;
  readonly #gone: Promise<void>;
  #taken: Promise<void> = Promise.resolve();
  #row = 1;

  constructor(simulation: Simulation, vm: VmState, socket: WebSocket) {
    this.#simulation = simulation;
    this.#vm = vm;
    this.#socket = socket;
    this.#gone = new Promise((resolve) => {
      socket.once("close", () => {
        resolve();
      });
    });
  }

  /** Shows what stands on the console. A VM that is off, a Linux, or a Windows without SAC prints nothing. */
  show(): void {
    if (this.#listens()) {
      this.#print(waitingText(this.#vm.console));
    }
  }

  /** Types a text, after everything that was typed before. */
  take(text: string): void {
    this.#taken = this.#takeAfter(this.#taken, text.match(PIECES) ?? []);
  }

  async #takeAfter(earlier: Promise<void>, pieces: readonly string[]): Promise<void> {
    await earlier;
    for (const piece of pieces) {
      await this.#takePiece(piece);
    }
  }

  async #takePiece(piece: string): Promise<void> {
    if (!/[\r\n]$/u.test(piece)) {
      this.#print(this.#type(piece));
      return;
    }
    let output = "";
    const departure = await passGate(
      this.#simulation,
      {
        operation: "console.line",
        method: "TYPE",
        path: `/consoles/${this.#vm.name}/client`,
        vm: this.#vm.name,
        script: null,
        clientGone: this.#gone,
      },
      () => {
        output = this.#type(piece);
        return { status: 200 };
      },
    );
    if (
      departure.kind === "break" ||
      (departure.kind === "reply" && departure.reply.status >= 400)
    ) {
      this.#socket.terminate();
    } else if (departure.kind === "reply") {
      await this.#dawdle();
      this.#print(output);
    }
  }

  #listens(): boolean {
    return this.#vm.guest !== null && this.#vm.power === "running";
  }

  #type(text: string): string {
    const vm = this.#vm;
    if (vm.guest === null || !this.#listens()) {
      return "";
    }
    const simulation = this.#simulation;
    const world = guestWorld(simulation.world, vm, simulation.now().getTime());
    const place = { text, traits: vm.consoleTraits, world };
    const { console, guest, output } = typeText(vm.console, vm.guest, place);
    vm.console = console;
    vm.serialLog = withPrinted(vm.serialLog, output);
    if (guest !== vm.guest) {
      setGuest(simulation, vm, guest, "console");
      catchUp(simulation);
    }
    return output;
  }

  async #dawdle(): Promise<void> {
    const { delaySeconds } = this.#vm.consoleTraits;
    if (delaySeconds > 0) {
      await new Promise((resolve) => {
        setTimeout(resolve, delaySeconds * 1000);
      });
    }
  }

  #print(output: string): void {
    const { console, consoleTraits: traits } = this.#vm;
    const { messages, row } = shapeOutput(output, console, { traits, row: this.#row });
    this.#row = row;
    for (const message of messages.filter((each) => each !== "")) {
      this.#socket.send(message);
    }
  }
}
