/** Reads files from the member's machine into what the human's API takes. */

/** `{id, filename, content_type, data_base64}`; `id` is what an option or field names the file by. */
export async function readFile(id, file) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  const base64 = url.slice(url.indexOf(",") + 1);
  return { id, filename: file.name, content_type: file.type || null, data_base64: base64 };
}
