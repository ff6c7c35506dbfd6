/** The image that the door and the volume loader use; the one that testcontainers itself takes for the same purpose. */
export const doorImage = 'alpine/socat:1.7.4.3-r0'
