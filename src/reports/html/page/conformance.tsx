import { ConformancePage } from "./conformance/conformance-page.js";
import { showPage } from "./show-page.js";

showPage(ConformancePage);
