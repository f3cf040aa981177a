package io.oidcgrant;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.oidcgrant.flow.GrantRuntime;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class TokenFilterTest {
  private final HttpServletRequest request = mock(HttpServletRequest.class);
  private final HttpServletResponse response = mock(HttpServletResponse.class);
  private final FilterChain chain = mock(FilterChain.class);
  private final TokenFilter.Handler handler = mock(TokenFilter.Handler.class);

  private final TokenFilter filter = new TokenFilter() {
    @Override
    Handler configured(FilterConfig filterConfig, GrantRuntime runtime) {
      throw new IllegalStateException("was given");
    }
  };

  @Test
  @SuppressWarnings("unchecked") // a mock of a generic type
  void filterOfASharedRuntime_isPutTogetherOnce_withItsFirstRequest() throws Exception {
    Supplier<TokenFilter.Handler> later = mock(Supplier.class);
    when(later.get()).thenReturn(handler);
    filter.startLater(later);
    verify(later, never()).get();
    filter.doFilter(request, response, chain);
    filter.doFilter(request, response, chain);
    verify(later, times(1)).get();
    verify(handler, times(2)).handle(any(), any(), any(), any());
  }

  @Test
  void whatCannotBePutTogether_isAnAnswer_andGoesNoFurther() throws Exception {
    when(response.getOutputStream()).thenReturn(mock(ServletOutputStream.class));
    filter.startLater(() -> {
      throw new IllegalStateException("scripted");
    });
    filter.doFilter(request, response, chain);
    verify(response).setStatus(503);
    verify(chain, never()).doFilter(any(), any());
  }
}
