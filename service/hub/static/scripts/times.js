// Times like "3 min ago" go on while the page is open.
import { all } from "./page.js";

const ago = () => {
  for (const time of all("time[data-ago]")) {
    const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000);
    if (minutes >= 1 && minutes < 60) time.textContent = `${minutes} min ago`;
    else if (minutes >= 60 && minutes < 1440) time.textContent = `${Math.floor(minutes / 60)} h ago`;
  }
};
setInterval(ago, 30000);
ago();
