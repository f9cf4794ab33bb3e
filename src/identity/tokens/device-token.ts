/** Device tokens (OWASP "device cookies"): proof of an earlier sign-in, which protects its owner from a lock-out. */
import { createHmac } from "node:crypto";
import { createSecret, equalSecrets } from "./secret.ts";
import { signingKey, type TokenKeys } from "./token-keys.ts";

/** Seconds: 180 days. */
export const DEVICE_TOKEN_SECONDS = 180 * 24 * 60 * 60;

/** The account that a device token belongs to. Raising the epoch ends all of its device tokens. */
export interface DeviceOwner {
  readonly id: string;
  readonly credentialEpoch: number;
}

const TOKEN = /^([\w-]{43})\.([\w-]{43})$/;

/** Creates the random part of a device token, which the session stores. */
export function createDeviceId(): string {
  return createSecret();
}

export function signDeviceToken(keys: TokenKeys, owner: DeviceOwner, deviceId: string): string {
  const [, key] = signingKey(keys);
  return `${deviceId}.${sign(key, owner, deviceId)}`;
}

/** Whether a text has the form of a device token, and so is worth a query for its account. */
export function isDeviceToken(text: string | undefined): text is string {
  return text !== undefined && TOKEN.test(text);
}

/** @returns The device's id; undefined for a token of another account, of an earlier epoch, or with a bad signature. */
export function verifyDeviceToken(keys: TokenKeys, owner: DeviceOwner, token: string): string | undefined {
  const [, deviceId, signature] = TOKEN.exec(token) ?? [];
  if (!deviceId || !signature) return undefined;
  const isSigned = [...keys.values()].some((key) => equalSecrets(sign(key, owner, deviceId), signature));
  return isSigned ? deviceId : undefined;
}

function sign(key: Parameters<typeof createHmac>[1], { id, credentialEpoch }: DeviceOwner, deviceId: string): string {
  return createHmac("sha256", key).update(`device ${id} ${credentialEpoch} ${deviceId}`).digest("base64url");
}
