/** The app's name, as pages and mails show it. */
export const APP_NAME = "Candor";
