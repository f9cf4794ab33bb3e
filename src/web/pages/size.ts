/** Human-readable sizes, as the scripts of pages show them. */
export { sizeOf } from "../../../public/page/size.js";
