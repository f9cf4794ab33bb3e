import { chat } from "../../../src/features/chat/index.ts";
import { testCsrf } from "../../csrf.ts";

testCsrf(chat, {
  "POST /chat/:room": {
    fields: { submission: "01900000-0000-7000-8000-000000000001", text: "Said" },
    make: async () => "lobby",
  },
});
