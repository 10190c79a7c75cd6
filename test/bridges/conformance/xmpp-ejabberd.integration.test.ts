import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { sharedEjabberd, temporaryFolder } from "../../support/servers.ts";
import { conformance } from "./conformance.ts";
import { component, XmppConformance } from "./xmpp-conformance.ts";

const folder = temporaryFolder("ejabberd-conformance");
const startedEjabberd = sharedEjabberd({ domain: "xmpp.test", components: [component] });

conformance("XMPP on ejabberd", async () => {
  const platform = new XmppConformance(await startedEjabberd(), "conformance");
  await platform.connect();
  return {
    platform,
    close: () => platform.disconnect(),
    options: () => {
      const own = join(folder, randomUUID().slice(0, 8));
      const store = { kind: "sqlite" as const, file: join(own, "gateway.sqlite") };
      return Promise.resolve({ folder: own, store, wake: "direct" as const });
    },
  };
});
