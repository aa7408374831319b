import { LoadPage } from "./load/load-page.js";
import { showPage } from "./show-page.js";

showPage(LoadPage);
