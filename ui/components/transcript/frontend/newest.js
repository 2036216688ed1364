// What is newest on the server, without a rerun.

/** The newest journal entries of a document and of its project; null where nobody can be asked. */
export async function newest(project, document) {
  try {
    const answer = await fetch(`/redthread/newest/${encodeURIComponent(project)}/${encodeURIComponent(document)}`, {
      headers: { "x-redthread": "1" }, cache: "no-store", signal: AbortSignal.timeout(5000),
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
