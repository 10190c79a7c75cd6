import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { FakeModes } from "../../support/fake-platform.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { conformance } from "./conformance.ts";
import { fakeConformance } from "./fake-conformance.ts";

const folder = temporaryFolder("conformance");

function onSqlite(name: string, modes: Partial<FakeModes>): void {
  conformance(name, () =>
    Promise.resolve({
      platform: fakeConformance(modes),
      options: () => {
        const own = join(folder, randomUUID().slice(0, 8));
        return Promise.resolve({
          folder: own,
          store: { kind: "sqlite" as const, file: join(own, "gateway.sqlite") },
        });
      },
    }),
  );
}

onSqlite("a connection, one call at a time", { window: 1 });
onSqlite("a connection, five calls at a time", { window: 5 });
onSqlite("a connection without an archive", { window: 5, archive: false });
onSqlite("no connection, one call at a time", { connected: false });
onSqlite("no connection, no archive, five calls at a time", { connected: false, archive: false, window: 5 });
