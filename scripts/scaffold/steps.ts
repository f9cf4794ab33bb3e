/** Changes to a project, made one after the other, each atomic. The next run finishes an interrupted one. */
import type { Project } from "./project.ts";

/** One change to the disk. */
export interface Step {
  readonly path: string;
  /** The new text of the file; null to remove the file or folder. */
  readonly text: string | null;
  /** The line of the report. */
  readonly report: string;
}

/** A step that writes a file; none if the file already has this text. */
export function writing(project: Project, path: string, text: string, report: string): Step[] {
  return project.read(path) === text ? [] : [{ path, text, report }];
}

/** A step that removes a file or a folder; none if it does not exist. */
export function removing(project: Project, path: string): Step[] {
  if (!project.has(path)) return [];
  const { length } = project.files(path);
  const files = length === 1 ? "1 file" : `${length} files`;
  return [
    { path, text: null, report: project.files(path)[0] === path ? `${path} removed` : `${path}: ${files} removed` },
  ];
}

/** Makes the changes. @returns The lines of the report. */
export function takeSteps(project: Project, steps: readonly Step[]): string[] {
  return steps.map(({ path, text, report }) => {
    if (text === null) project.remove(path);
    else project.write(path, text);
    return report;
  });
}
