const longest = 512

/** Any text of 1 to 512 characters but control characters and lone surrogates: ids travel in URLs, logs and cursors. */
export const isValidId = (id: string): boolean => id.length > 0 && id.length <= longest && id.isWellFormed() && !/\p{Cc}/u.test(id)

export const idRule = `Use 1 to ${longest} characters, none of them a control character.`
