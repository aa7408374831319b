import { MutantsPage } from "./mutants/mutants-page.js";
import { showPage } from "./show-page.js";

showPage(MutantsPage);
