import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { sharedProsody, sharedRedis, temporaryFolder } from "../../support/servers.ts";
import { conformance } from "./conformance.ts";
import { component, XmppConformance } from "./xmpp-conformance.ts";

const folder = temporaryFolder("xmpp-conformance");
const startedProsody = sharedProsody({
  domain: "xmpp.test",
  components: [component],
  archive: "sql",
  users: XmppConformance.users,
});
const startedRedis = sharedRedis();

for (const wake of ["direct", "queue"] as const) {
  conformance(`XMPP on Prosody, wake: ${wake}`, async () => {
    const platform = new XmppConformance(await startedProsody(), wake);
    await platform.connect();
    const redis = { kind: "configured", url: (await startedRedis()).url } as const;
    return {
      platform,
      close: () => platform.disconnect(),
      options: () => {
        const own = join(folder, randomUUID().slice(0, 8));
        const store = { kind: "sqlite" as const, file: join(own, "gateway.sqlite") };
        return Promise.resolve({ folder: own, store, wake, ...(wake === "queue" && { redis }) });
      },
    };
  });
}
