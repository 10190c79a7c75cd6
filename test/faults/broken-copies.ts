/** That the test notices what it is there for: it runs on copies of the source in which one thing is broken. */
import { runPointsMatrix } from "./matrix.ts";
import type { Outcome } from "./outcome.ts";
import type { Point } from "./points.ts";
import { runPoints, type PointsRun } from "./points-run.ts";
import { runPointsSlack } from "./slack.ts";
import { type Change, copySource } from "./source-copy.ts";
import { runTakeOver } from "./two-gateways.ts";

export interface Breakage {
  readonly name: string;
  readonly changes: readonly Change[];
  /** Must be green on the source as it is, and red with the changes. */
  readonly run: (root: string, progress: (line: string) => void) => Promise<Outcome>;
}

const small: Omit<PointsRun, "root" | "points" | "progress"> = {
  wake: "direct",
  pairs: 2,
  rate: 100,
  messages: 100,
  stopFor: 0,
  patience: 1,
  keepLogs: false,
};

const kill = (number: number, step: Point["step"], occurrence = 5): Point => ({
  number,
  step,
  occurrence,
  fault: "gateway-kill",
  provokedAt: null,
  gateway: null,
});

export const breakages: readonly Breakage[] = [
  {
    name: "deliveries without a written intent",
    changes: [
      {
        file: "core/store/units/progress.ts",
        from: "for (const intent of intents)",
        to: "for (const intent of [])",
      },
    ],
    // Killed when the log's cursor has moved and nothing has left yet; the lines of the links have left before.
    run: async (root, progress) =>
      runPoints({ ...small, root, progress, points: [kill(1, "intend.done", 25)] }),
  },
  {
    name: "no origin gate",
    changes: [
      {
        file: "core/store/units/accept.ts",
        from: "nativeKey !== null &&",
        to: "false &&",
      },
      // The same thing accepted again would get the same id, and the log holds each id once.
      {
        file: "core/groups/event-writer.ts",
        from: "return nativeKey ?? `n${n} ",
        to: "return `n${n} ",
      },
    ],
    // Each time the rooms are entered again, some of what is said comes live and from the archive.
    run: async (root, progress) =>
      runPoints({
        ...small,
        root,
        progress,
        points: [
          kill(1, "accept.written"),
          { ...kill(2, "accept.written"), fault: "server-restart" },
          kill(3, "perform.sent"),
        ],
      }),
  },
  {
    name: "no check of the epoch",
    changes: [{ file: "core/store/units/fence.ts", from: "if (!held)", to: "if (false)" }],
    run: async (root, progress) => runTakeOver({ ...small, root, progress, pairs: 1, rate: 30 }),
  },
  {
    name: "posts on Slack without a mark to find them by",
    changes: [
      {
        file: "bridges/slack/performer.ts",
        from: "part: part ?? 0, key } };",
        to: 'part: part ?? 0, key: "" } };',
      },
    ],
    // The answer of every second one is lost on the way.
    run: async (root, progress) => {
      let posts = 0;
      return runPointsSlack({ ...small, root, progress, messages: 50, points: [] }, "sockets", (method) =>
        method === "chat.postMessage" && ++posts % 2 === 0 ? { kind: "lost-after" } : null,
      );
    },
  },
  {
    name: "corrections in MUCs that somebody else says than what they correct",
    changes: [
      {
        file: "bridges/xmpp/voices.ts",
        from: 'if (by === "relay") return { jid: listener, relayed: speaker.name };',
        to: "if (by !== null) return { jid: listener, relayed: null };",
      },
      // Whoever is in the room speaks without having been asked who should.
      {
        file: "bridges/xmpp/performer.ts",
        from: 'const isGhosts = sayer(step) !== "relay";',
        to: "const isGhosts = sayer(step) === null;",
      },
    ],
    run: async (root, progress) =>
      runPointsSlack({ ...small, root, progress, messages: 20, points: [] }, "sockets", () => null),
  },
  {
    name: "sends to Matrix whose transaction ids are made anew at each try",
    changes: [
      {
        file: "bridges/matrix/performer.ts",
        from: 'const at = path("rooms", id, "send", type, key);',
        to: 'const at = path("rooms", id, "send", type, `${key}-${Math.random()}`);',
      },
    ],
    // Every third one comes when the gateway has given it up and tried again.
    run: async (root, progress) => {
      let sends = 0;
      return runPointsMatrix({ ...small, root, progress, messages: 30, points: [] }, ({ path }) =>
        path.includes("/send/") && ++sends % 3 === 0 ? { kind: "lost-late", ms: 3_000 } : null,
      );
    },
  },
];

/**
 * What is wrong with the test itself; empty: it is green without the breakage, and red with it. `alone`: only the broken copy is
 * run.
 */
export async function tryBreakage(
  root: string,
  breakage: Breakage,
  { alone, progress }: { readonly alone: boolean; readonly progress: (line: string) => void },
): Promise<string[]> {
  const copy = copySource(root, breakage.changes);
  try {
    const sound = alone ? [] : (await breakage.run(root, progress)).problems;
    const broken = await breakage.run(copy.root, (line) => progress(`(broken) ${line}`));
    const { lost, doubled, misplaced, misdirected } = broken;
    progress(
      `(broken) lost ${lost}, doubled ${doubled}, out of order ${misplaced}, otherwise ${misdirected}`,
    );
    const unnoticed = lost + doubled + misplaced + misdirected === 0 ? ["the breakage was not noticed"] : [];
    return [...sound.map((problem) => `red without the breakage: ${problem}`), ...unnoticed];
  } finally {
    copy.remove();
  }
}
