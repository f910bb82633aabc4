package org.sallyport.gateway.api.intake;

/**
 * Who sends on an association.
 *
 * @param callingAet calling AE title, trimmed
 * @param calledAet called AE title, trimmed
 * @param address the peer's address in text form, without port
 */
public record Sender(String callingAet, String calledAet, String address) {}
