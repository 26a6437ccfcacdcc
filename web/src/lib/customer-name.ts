/** What a customer is called: by name, or by the address where there is none. */
export const nameOf = ({ name, email }: { name: string; email: string }) => name || email
