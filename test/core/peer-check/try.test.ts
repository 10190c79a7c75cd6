import { test } from "node:test";
import { execSync } from "node:child_process";
import { temporaryFolder } from "../../support/servers.ts";
import { renderCheck } from "../../../core/peer-check/report.ts";
import { CheckedGateway } from "./checked-gateway.ts";
const folder = temporaryFolder("peer-check");
void test("try", { skip: process.env["OWNER"] !== undefined }, async (t) => {
  const c = await CheckedGateway.start(t, folder);
  const t0 = Date.now();
  const r = await c.check(process.env["CODE"] === undefined ? null : await c.code("room"), {
    progress: (l) => console.log(Date.now() - t0, l),
  });
  console.log(renderCheck(r));
});

void test("owner", { skip: process.env["OWNER"] === undefined }, async (t) => {
  const c = await CheckedGateway.start(t, folder);
  const t0 = Date.now();
  let n = 0;
  setTimeout(() => { execSync(`cat ${folder}/*/gateway.log > /tmp/h8/gw.log`); c.operations.federation.groups().then((g) => console.log(JSON.stringify(g.map((x) => [x.uri, x.following, x.cause, x.head])))); }, 20000).unref();
  const r = await c.check(null, {
    place: c.place,
    ownerWaitSeconds: 20,
    progress: (l) => {
      console.log(Date.now() - t0, l);
      if (l.startsWith("mtp1:"))
        c.operations.federation
          .redeem({ code: l, as: null, room: { account: "fake", room: `r${n++}` } })
          .then(
            (x) => console.log(x.group),
            (e) => console.log(e),
          );
    },
  });
  console.log(renderCheck(r));
});
