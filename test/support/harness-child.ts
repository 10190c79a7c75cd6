/** A gateway in a process of its own, as the test that kills it sees it. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { after } from "node:test";
import type { matrixConfigSchema } from "../../bridges/matrix/config.ts";
import type { xmppConfigSchema } from "../../bridges/xmpp/config.ts";
import type { StepName } from "../../core/steps.ts";
import type { z } from "zod";
import type { FakeModes, FakePlatform, FakePush } from "./fake-platform.ts";
import type { HarnessOptions } from "./harness-config.ts";
import { fromChild, type ToChild } from "./harness-wire.ts";

type ChildAccount =
  | { readonly name: string; readonly bridge: "fake"; readonly modes: FakeModes }
  | ({ readonly name: string; readonly bridge: "xmpp" } & z.output<typeof xmppConfigSchema>)
  | ({ readonly name: string; readonly bridge: "matrix" } & z.output<typeof matrixConfigSchema>);

/** What the process is started with. */
export interface ChildSpec {
  readonly options: HarnessOptions;
  readonly accounts: readonly ChildAccount[];
}

/** The step at which it dies, and which time it passes there (1: the first). */
export type KillAt = readonly [step: StepName, times: number];

export interface ChildOptions {
  readonly options: HarnessOptions;
  readonly platforms?: Readonly<Record<string, FakePlatform>>;
  readonly accounts?: readonly ChildAccount[];
  readonly killAt?: KillAt;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class GatewayChild {
  /** The signal that ended it, or null; only when all that it had said before has been heard. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Resolves when the gateway is started, or has ended before. */
  readonly started: Promise<void>;
  readonly #child: ChildProcess;

  constructor({ options, platforms = {}, accounts = [], killAt }: ChildOptions) {
    const fakes = Object.entries(platforms).map(([name, { modes }]) => ({
      name,
      bridge: "fake" as const,
      modes,
    }));
    const spec: ChildSpec = { options, accounts: [...fakes, ...accounts] };
    const child = fork(new URL("harness-process.ts", import.meta.url), [], {
      execArgv: ["--import", new URL("harness-preload.ts", import.meta.url).href],
      env: { ...process.env, HARNESS: JSON.stringify(spec), KILL_AT: killAt?.join(":") ?? "" },
    });
    this.#child = child;
    running.add(child);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.started = promise;
    const said = once(child, "disconnect");
    this.ended = Promise.all([once(child, "exit"), said]).then(([[, signal]]) => {
      running.delete(child);
      for (const one of attached.values()) one.detach();
      attached.clear();
      resolve();
      return signal as NodeJS.Signals | null;
    });
    const attached = new Map<string, ReturnType<FakePlatform["attach"]>>();
    const tell = (message: ToChild): void => {
      if (child.connected) child.send(message, () => undefined);
    };
    child.on("message", (data) => {
      const message = fromChild.parse(data);
      if (message.type === "started") return resolve();
      const platform = platforms[message.account];
      if (!platform) throw new Error(`there is no platform ${message.account}`);
      if (message.type === "attach") {
        const { account } = message;
        const client = {
          push: (push: FakePush) => tell({ type: "push", account, push }),
          cut: () => tell({ type: "cut", account }),
        };
        attached.set(account, platform.attach(client));
        return;
      }
      const line = attached.get(message.account);
      if (message.type === "detach") {
        line?.detach();
        attached.delete(message.account);
        return;
      }
      const { id, method, args } = message;
      const act = line?.end[method] as ((...args: unknown[]) => Promise<unknown>) | undefined;
      void act?.(...args).then((value) => tell({ type: "answer", id, value }));
    });
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    this.#child.send({ type: "stop" } satisfies ToChild, () => undefined);
    await this.ended;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}

/** Call it at the top of a test file: no gateway outlives its tests. */
export function endChildrenAfter(): void {
  after(async () => {
    await Promise.all(
      [...running].map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }),
    );
  });
}
