import type { DepartmentRecord, DepartmentStorage } from "./storage.js";

/** Departments change only by seeding, before the first answer, so that times need no care here (PUL-09). */
export class MemoryDepartments implements DepartmentStorage {
  constructor(private readonly departments: readonly DepartmentRecord[]) {}

  async changedSince(since: number): Promise<readonly DepartmentRecord[]> {
    return this.departments.filter(({ updated }) => updated > since);
  }
}
