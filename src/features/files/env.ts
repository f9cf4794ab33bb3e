/** The bucket of uploaded files. */
declare module "../../env.ts" {
  interface Env {
    readonly FILES: R2Bucket;
  }
}

export {};
