/** A gateway in a process of its own, which a test may kill. Its fake platforms are in the test's process. */
import { MatrixAccount } from "../../bridges/matrix/account.ts";
import { AppServiceListeners } from "../../bridges/matrix/app-service.ts";
import { matrixConfig } from "../../bridges/matrix/config.ts";
import { XmppAccount } from "../../bridges/xmpp/account.ts";
import { xmppConfig } from "../../bridges/xmpp/config.ts";
import { startGateway } from "../../core/gateway.ts";
import { FakeBridge, type FakeWire } from "./fake-bridge.ts";
import type { PlatformClient, PlatformEnd } from "./fake-platform.ts";
import { fileLog } from "./harness.ts";
import type { ChildSpec } from "./harness-child.ts";
import { harnessConfig } from "./harness-config.ts";
import type { FromChild, ToChild } from "./harness-wire.ts";

const spec = JSON.parse(process.env["HARNESS"] ?? "") as ChildSpec;
const clients = new Map<string, PlatformClient>();
const answers = new Map<number, (value: unknown) => void>();
let asked = 0;

function tell(message: FromChild): void {
  process.send?.(message);
}

const wire = (account: string): FakeWire => ({
  attach: (client) => {
    clients.set(account, client);
    tell({ type: "attach", account });
    const ask =
      (method: keyof PlatformEnd) =>
      (...args: readonly unknown[]): Promise<unknown> =>
        new Promise((resolve) => {
          answers.set(++asked, resolve);
          tell({ type: "ask", id: asked, account, method, args: [...args] });
        });
    const end = {
      enter: ask("enter"),
      leave: ask("leave"),
      history: ask("history"),
      perform: ask("perform"),
      find: ask("find"),
      state: ask("state"),
      acknowledge: ask("acknowledge"),
    } as unknown as PlatformEnd;
    return Promise.resolve({ end, detach: () => tell({ type: "detach", account }) });
  },
});

const listeners = new AppServiceListeners();
const gateway = await startGateway(
  harnessConfig(spec.options, spec.accounts),
  (account, { log, media }) => {
    switch (account.bridge) {
      case "fake":
        return new FakeBridge(account.modes, wire(account.name));
      case "xmpp":
        return new XmppAccount(xmppConfig(account), log, media);
      case "matrix":
        return new MatrixAccount(matrixConfig(account), log, media, listeners);
    }
  },
  fileLog(spec.options.folder),
);
process.on("message", (message: ToChild) => {
  switch (message.type) {
    case "answer":
      answers.get(message.id)?.(message.value);
      answers.delete(message.id);
      return;
    case "push":
      clients.get(message.account)?.push(message.push);
      return;
    case "cut":
      clients.get(message.account)?.cut();
      return;
    case "stop":
      void gateway.stop().then(() => process.disconnect());
  }
});
process.on("disconnect", () => process.exit());
tell({ type: "started" });
