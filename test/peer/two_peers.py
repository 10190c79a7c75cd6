"""Two peers of this folder against each other: redeem, follow, submit, verdicts, faults, and the end."""

from __future__ import annotations

import unittest

from peer_process import PeerProcess

GROUP = "mimi://gw-a.example/r/tea"
ALICE, BOB = "mimi://gw-a.example/u/alice", "mimi://chat.gw-b.example/u/bob"


class TwoPeers(unittest.TestCase):
    """A owns the group; B is its guest. Both are new for each test."""

    def setUp(self) -> None:
        self.a = PeerProcess("gw-a.example", "--wait", "2")
        self.addCleanup(self.a.end)
        self.b = PeerProcess("gw-b.example", "--wait", "2")
        self.addCleanup(self.b.end)
        self.a.do("know", domain="gw-b.example", url=self.b.endpoint)
        self.b.do("know", domain="gw-a.example", url=self.a.endpoint)
        self.a.do("group", id="tea")
        self.a.do("say", group=GROUP, user=ALICE, text="before anybody came")
        code = self.a.do("code", group=GROUP)["code"]
        self.connection = self.b.do("redeem", code=code, speak_as="chat.gw-b.example")

    def texts(self, peer: PeerProcess) -> list[str]:
        return [event["text"] for event in peer.do("log", group=GROUP)["events"] if "text" in event]

    def exchange(self, question: str = "tea?", answer: str = "on my way") -> None:
        """Each says something that the other has heard."""
        self.a.do("say", group=GROUP, user=ALICE, text=question)
        self.assertTrue(self.b.do("wait_text", group=GROUP, text=question)["reached"])
        self.b.do("say", group=GROUP, user=BOB, text=answer)
        self.assertTrue(self.b.do("wait_text", group=GROUP, text=answer)["reached"])

    def test_both_have_the_same_log_and_the_verdict(self) -> None:
        self.exchange()
        said = self.b.do("wait_verdicts", group=GROUP)["verdicts"]
        self.assertEqual([verdict["code"] for verdict in said], ["accepted"])
        ours, theirs = (peer.do("log", group=GROUP)["events"] for peer in (self.a, self.b))
        seq = self.connection["seq"]
        self.assertEqual(theirs, ours[seq:])
        self.assertEqual(self.texts(self.b), ["tea?", "on my way"])
        self.assertEqual(said[0]["seq"], ours[-1]["seq"])
        self.assertEqual(self.b.do("status", group=GROUP)["waiting"], [])
        members = [member["user"] for member in self.b.do("status", group=GROUP)["members"]]
        self.assertEqual(members, ["mimi://chat.gw-b.example", BOB, ALICE])

    def test_code_is_good_once_and_again_for_the_same_peer(self) -> None:
        code = self.a.do("code", group=GROUP)["code"]
        first = self.b.do("redeem", code=code, speak_as="chat.gw-b.example")
        self.assertEqual(self.b.do("redeem", code=code, speak_as="chat.gw-b.example"), first)
        with self.assertRaisesRegex(RuntimeError, "404 .*not_found"):
            self.b.do("redeem", code=code, speak_as="other.gw-b.example")

    def test_refusals_have_their_codes(self) -> None:
        self.exchange()
        alices = next(
            event for event in self.a.do("log", group=GROUP)["events"] if event.get("text") == "tea?"
        )
        self.b.do("say", group=GROUP, user=ALICE, text="forged")
        self.b.do("delete", group=GROUP, user=BOB, target=alices["id"])
        self.b.do("property", group=GROUP, user=BOB, name="isModerated", value="true")
        self.b.do("property", group=GROUP, user=BOB, name="topic", value="tea", expect=1)
        answer = self.b.do("wait_verdicts", group=GROUP, count=5)
        codes = [verdict["code"] for verdict in answer["verdicts"]]
        self.assertEqual(codes, ["accepted", "sender_foreign", "not_author", "no_right", "property_conflict"])
        self.assertEqual(answer["verdicts"][-1]["detail"], "0")

    def test_spoilt_submissions_are_refused(self) -> None:
        faults = {"wrong_id": "id_mismatch", "wrong_content": "id_mismatch", "no_proof": "sender_foreign"}
        for fault, code in faults.items():
            self.b.do("misbehave", fault=fault, path="/submissions", times=1)
            before = len(self.b.do("status", group=GROUP)["verdicts"])
            self.b.do("say", group=GROUP, user=BOB, text=fault)
            answer = self.b.do("wait_verdicts", group=GROUP, count=before + 1)
            self.assertEqual([verdict["code"] for verdict in answer["verdicts"][before:]], [code])

    def test_guest_stops_for_a_fault_and_goes_on_when_told_so(self) -> None:
        self.exchange()
        faults = {
            "reversed": "log_gap",
            "wrong_id": "log_id",
            "conflict": "log_conflict",
            "time_backwards": "log_time",
            "time_ahead": "log_time",
            "oversize": "log_form",
            "no_field": "log_form",
            "gap": "log_gap",
        }
        for fault, code in faults.items():
            self.a.do("misbehave", fault=fault, path="/sync", times=1)
            self.a.do("say_all", group=GROUP, user=ALICE, texts=[f"{fault} one", f"{fault} two"])
            stopped = self.b.do("wait_word", group=GROUP, word="stopped")
            self.assertEqual((fault, stopped), (fault, {"reached": True, "fault": code}))
            self.a.do("behave")
            self.b.do("resume", group=GROUP)
            self.assertTrue(self.b.do("wait_text", group=GROUP, text=f"{fault} two")["reached"])
        self.assertEqual(self.texts(self.b), self.texts(self.a)[1:])

    def test_own_users_events_need_their_proof(self) -> None:
        self.exchange()
        for fault in ("no_proof", "wrong_proof"):
            self.a.do("misbehave", fault=fault, path="/sync", times=1)
            self.b.do("say", group=GROUP, user=BOB, text=fault)
            stopped = self.b.do("wait_word", group=GROUP, word="stopped")
            self.assertEqual((fault, stopped), (fault, {"reached": True, "fault": "log_proof"}))
            self.b.do("resume", group=GROUP)
            self.assertTrue(self.b.do("wait_text", group=GROUP, text=fault)["reached"])

    def test_new_revision_is_read_from_the_snapshot(self) -> None:
        self.exchange()
        kept = self.a.do("status", group=GROUP)["head"] - 1
        self.a.do("restore", group=GROUP, keep=kept)
        self.assertTrue(self.b.do("wait_rev", group=GROUP, rev=2)["reached"])
        self.a.do("say", group=GROUP, user=ALICE, text="where were we")
        self.assertTrue(self.b.do("wait_text", group=GROUP, text="where were we")["reached"])
        # What the backup lacked of Bob's has been submitted again.
        self.assertTrue(self.a.do("wait_text", group=GROUP, text="on my way")["reached"])

    def test_faults_of_requests_lose_nothing(self) -> None:
        for fault in ("status_500", "status_503", "garbage", "not_an_object", "hang_up", "cut", "redirect"):
            self.a.do("misbehave", fault=fault, path="/sync", times=1)
            self.b.do("misbehave", fault=fault, path="/submissions", times=1)
            self.a.do("say", group=GROUP, user=ALICE, text=f"{fault} of Alice's")
            self.b.do("say", group=GROUP, user=BOB, text=f"{fault} of Bob's")
            for peer, text in ((self.b, f"{fault} of Alice's"), (self.a, f"{fault} of Bob's")):
                self.assertTrue(peer.do("wait_text", group=GROUP, text=text)["reached"], text)

    def test_requests_that_are_wrong_in_one_thing_are_refused_for_it(self) -> None:
        self.assertEqual(self.b.do("probe", base="gw-a.example")["wrong"], [])

    def test_values_go_both_ways(self) -> None:
        self.exchange()
        said = self.a.do("log", group=GROUP)["events"][-1]["id"]
        self.a.do("profile", group=GROUP, user=ALICE, name="Alice")
        self.b.do("profile", group=GROUP, user=BOB, name="Bob")
        self.b.do("profile", group=GROUP, user=ALICE, name="Not Alice", rev=9)
        self.b.do("marker", group=GROUP, user=BOB, id=said)
        self.a.do("typing", group=GROUP, user=ALICE)
        self.exchange("more?", "please")
        names = {value["name"] for value in self.a.do("status", group=GROUP)["values"] if "name" in value}
        self.assertEqual(names, {"Alice", "Bob"})
        status = self.b.do("status", group=GROUP)
        self.assertEqual([row["user"] for row in status["transients"]], [ALICE])
        self.assertIn({"user": ALICE, "name": "Alice", "rev": 1}, status["values"])

    def test_end_of_the_connection_ends_the_reading(self) -> None:
        self.exchange()
        self.assertEqual(self.b.do("disconnect", connection=self.connection["connection"])["status"], 204)
        members = [member["user"] for member in self.a.do("status", group=GROUP)["members"]]
        self.assertEqual(members, [ALICE])
        answer = self.b.do("ask", base="gw-a.example", method="GET", path="/groups/gw-a.example/tea/events")
        self.assertEqual((answer["status"], answer["form"]["code"]), (403, "unknown_peer"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
