import { FakeBridge } from "../../support/fake-bridge.ts";
import { type FakeModes, FakePlatform } from "../../support/fake-platform.ts";
import { directWire, startFakeGateway } from "../../support/harness.ts";
import type { ConformancePlatform } from "./conformance-platform.ts";

/** The fake platform as the conformance suite sees it. */
export function fakeConformance(modes: Partial<FakeModes>): ConformancePlatform {
  const platform = new FakePlatform(modes);
  const refusing = new Set<string>();
  platform.onCall = (call) => (refusing.has(call.room) && call.op === "message" ? { kind: "refuse" } : null);
  let rooms = 0;
  return {
    account: "fake",
    keeps: platform.modes.archive || !platform.modes.connected,
    room: () => Promise.resolve(`room-${++rooms}`),
    say: (room, user, text) => {
      platform.say(room, user, text);
      return Promise.resolve();
    },
    setName: (room, name) => Promise.resolve(platform.setState(room, { name })),
    setTopic: (room, topic) => Promise.resolve(platform.setState(room, { topic })),
    state: (room) => Promise.resolve(platform.state(room)),
    texts: (room) => Promise.resolve(platform.texts(room)),
    told: (room, user) => Promise.resolve([...platform.notices(room), ...platform.notices(room, user)]),
    standIns: (room) => Promise.resolve(platform.insiders(room)),
    refuse: (room, refuses) => {
      if (refuses) refusing.add(room);
      else refusing.delete(room);
      return Promise.resolve();
    },
    cut: () => Promise.resolve(platform.cut()),
    createBridge: () => new FakeBridge(platform.modes, directWire(platform)),
    start: (options) => startFakeGateway(options, { fake: platform }),
  };
}
