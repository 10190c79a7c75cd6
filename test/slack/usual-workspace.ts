/** The workspace that is there where a test or a visitor asks for none in particular. */
import type { WorkspaceSettings } from "./settings.ts";

export const usualWorkspace: WorkspaceSettings = {
  id: "T0SIM",
  name: "Simulated Workspace",
  domain: "simulated",
  users: [
    {
      id: "U0ALICE",
      name: "alice",
      realName: "Alice Liddell",
      isAdmin: true,
      isOwner: true,
      isPrimaryOwner: true,
    },
    { id: "U0BOB", name: "bob", realName: "Bob Ross", displayName: "Bobby" },
    { id: "U0CAROL", name: "carol", realName: "Carol Shaw", isRestricted: true },
  ],
  channels: [
    {
      id: "C0GENERAL",
      name: "general",
      isGeneral: true,
      members: ["U0ALICE", "U0BOB", "U0CAROL"],
      bot: true,
    },
    { id: "C0LAB", name: "lab", topic: "Experiments", members: ["U0ALICE", "U0BOB"] },
    { id: "C0SECRET", name: "secret", isPrivate: true, members: ["U0ALICE"] },
  ],
};
