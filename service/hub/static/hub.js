// Every page works without scripts. These make pages quicker to use, and keep what was typed from being lost.
import "./scripts/connection.js";
import "./scripts/copying.js";
import "./scripts/dropping.js";
import "./scripts/forms.js";
import "./scripts/menus.js";
import "./scripts/moments.js";
import "./scripts/overview.js";
import "./scripts/polling.js";
import "./scripts/times.js";
import "./scripts/upload.js";
import { useKeys } from "./scripts/keys.js";
import { tendNotices } from "./scripts/notices.js";
import { countTicked } from "./scripts/ticking.js";
import { all } from "./scripts/page.js";

const begin = () => {
  useKeys();
  tendNotices();
  countTicked();
  for (const element of all("[data-script]")) element.hidden = false; // what is of no use without scripts
};

document.addEventListener("htmx:after:process", begin);
begin();
