/** What tests of the store need of the engine. */
@org.jspecify.annotations.NullMarked
package org.sallyport.gateway.delivery.internal;
