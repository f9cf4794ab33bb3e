/** Changes to a project, made one after the other, each whole. A run that is interrupted is finished by the next. */
import type { Project } from "./project.ts";

/** One change to the disk. */
export interface Step {
  readonly path: string;
  /** What the file becomes; null where it goes, or the folder. */
  readonly text: string | null;
  /** What was done, for the report. */
  readonly says: string;
}

/** A step that writes a file; none where the file is so already. */
export function writing(project: Project, path: string, text: string, says: string): Step[] {
  return project.read(path) === text ? [] : [{ path, text, says }];
}

/** A step that removes a file or a folder; none where there is none. */
export function removing(project: Project, path: string): Step[] {
  if (!project.has(path)) return [];
  const { length } = project.files(path);
  const files = length === 1 ? "1 file" : `${length} files`;
  return [
    { path, text: null, says: project.files(path)[0] === path ? `${path} removed` : `${path}: ${files} removed` },
  ];
}

/** @returns What was done. */
export function take(project: Project, steps: readonly Step[]): string[] {
  return steps.map(({ path, text, says }) => {
    if (text === null) project.remove(path);
    else project.write(path, text);
    return says;
  });
}
