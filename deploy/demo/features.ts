/** What the people of the demo do to use every feature that XMPP carries. */
import { setTimeout as delay } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import type { GroupMessage } from "../clients/xmpp-messages.ts";
import type { Showing } from "./feature-table.ts";
import type { Pair } from "./service.ts";
import { type Shown, Stage } from "./stage.ts";
import {
  body,
  correction,
  file,
  inThread,
  mention,
  place,
  reactions,
  reply,
  retraction,
  spoiler,
  strong,
  typing,
} from "./stanzas.ts";
import { serveFile } from "./web-file.ts";

const TOPIC = "Books and tea";
const NAME = "Garden Library";
const MENU = new TextEncoder().encode("Tea, coffee, and a cake on Sundays.\n");
const PICTURE = new TextEncoder().encode(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>\n',
);

const LOOK_EVERY: Milliseconds = 20;

export interface Features {
  readonly showings: readonly Showing[];
  /** What is wrong beside them, a sentence each. */
  readonly surprises: readonly string[];
}

/** Shows them one after the other, in both directions. */
export async function showFeatures(sides: Pair): Promise<Features> {
  const stage = new Stage(sides);
  const emote = await showTexts(stage);
  await showRelations(stage, sides);
  await showFiles(stage, sides);
  await stage.signal("typing (0085)", "anna", typing("composing"));
  await stage.signal("typing ends (0085)", "anna", typing("paused"));
  await stage.setTopic("topic (0045)", "anna", TOPIC);
  const name = await showName(sides, stage.patience);
  // What is said last in each room shows that nothing comes after what came before it.
  await stage.send("retraction (0424)", "carla", retraction(emote.own));
  await stage.send("plain text", "ben", [body("Good night")]);
  return { showings: [...stage.showings(), name], surprises: stage.surprises() };
}

/** Resolves with what carla can take back. */
async function showTexts(stage: Stage): Promise<Shown> {
  await stage.send("styling (0393)", "david", [body("*bold* _italic_ ~struck~ `code`")]);
  await stage.send("quote, list (0393)", "david", [body("> a quote\n- an item")]);
  await stage.send("code block (0393)", "ben", [body("```\nlet tea = 1;\n```")]);
  await stage.send("markup (0394)", "ben", strong("strong words", 6), { expected: "ben: *strong* words" });
  await stage.send("link", "ben", [body("https://example.org/a_b?c=1&d=*2*")]);
  await stage.send("spoiler (0382)", "anna", spoiler("who it was", "the cat"));
  await stage.send("place (0080)", "david", place("52.5", "13.4"));
  return stage.send("emote (0245)", "carla", [body("/me waves")]);
}

async function showRelations(stage: Stage, [left, right]: Pair): Promise<void> {
  const { own, copy } = await stage.send("plain text", "anna", [body("Tee is ready")]);
  await stage.send("mention (0372)", "anna", mention(left.room, "carla", ": tea?"), {
    expected: "anna: carla: tea? (“carla” is carla)",
  });
  await stage.send("correction (0308)", "anna", correction(own, "Tea is ready"));
  await stage.send("reply (0461)", "carla", reply(copy, `${right.room}/anna`, "At last!"));
  // Each emoji crosses by itself: two that come at once are seen one after the other.
  await stage.send("reaction (0444)", "carla", reactions(copy, "👍"));
  await stage.send("one more (0444)", "carla", reactions(copy, "👍", "🎉"));
  await stage.send("one fewer (0444)", "carla", reactions(copy, "🎉"));
  await stage.send("thread", "ben", inThread("books", "Who reads?"));
  await stage.send("thread, continued", "ben", inThread("books", "And what?"));
}

async function showFiles(stage: Stage, [left, right]: Pair): Promise<void> {
  const menu = await left.people[0].user.upload(left.service.uploads, "menu.txt", MENU);
  // Each service's people find it in a store of their own.
  await stage.send("file (0363, 0066)", "anna", file(menu), {
    expected: `anna: file menu.txt at ${right.service.files}`,
    sound: holds(MENU),
  });
  const picture = await serveFile("cup.svg", "image/svg+xml", PICTURE);
  try {
    await stage.send("file from the web", "david", file(picture.url), {
      expected: `david: file cup.svg at ${left.service.files}`,
      sound: holds(PICTURE),
    });
  } finally {
    picture.stop();
  }
}

/** The room's name is no message: a room says that something in it was changed, not what, and has to be asked. */
async function showName([left, right]: Pair, patience: Milliseconds): Promise<Showing> {
  const startedAt = Date.now();
  await right.people[0].user.setRoomName(right.room, NAME);
  let held = "";
  while (held !== NAME && Date.now() - startedAt < patience) {
    await delay(LOOK_EVERY);
    held = await left.people[1].user.roomName(left.room);
  }
  const there = held === NAME;
  return {
    feature: "room name (0045)",
    done: `the name is: ${NAME}`,
    held: there ? `the name is: ${held}` : null,
    times: there ? 1 : 0,
    sound: true,
    tookMs: there ? Date.now() - startedAt : null,
  };
}

/** Whether the file of a message is this. */
function holds(content: Uint8Array): (copy: GroupMessage) => Promise<boolean> {
  return async ({ body }) => {
    const answer = await fetch(body ?? "");
    return answer.ok && Buffer.from(await answer.arrayBuffer()).equals(content);
  };
}
