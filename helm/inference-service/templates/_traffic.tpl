{{- /* By whom the traffic of a canary is split: the controller of the Ingress. */ -}}
{{- define "inference-service.trafficRouting" -}}
{{- $header := .Values.rollout.canary.header -}}
stableService: {{ .Release.Name }}
canaryService: {{ .Release.Name }}-canary
trafficRouting:
  {{- if eq .Values.ingress.className "alb" }}
  {{- if $header.name }}
  managedRoutes:
    - name: {{ .Release.Name }}-header
  {{- end }}
  alb:
    ingress: {{ .Release.Name }}
    servicePort: {{ .Values.service.port }}
  {{- else }}
  nginx:
    stableIngress: {{ .Release.Name }}
    {{- if $header.name }}
    additionalIngressAnnotations:
      canary-by-header: {{ $header.name }}
      canary-by-header-value: {{ $header.value | quote }}
    {{- end }}
  {{- end }}
{{- end }}

{{- /* One new pod for those who ask for it by a header, before the weights begin. nginx has the header in the annotations of its canary. */ -}}
{{- define "inference-service.headerSteps" -}}
{{- with .Values.rollout.canary.header -}}
{{- if .name -}}
- setCanaryScale:
    replicas: 1
{{- if eq $.Values.ingress.className "alb" }}
- setHeaderRoute:
    name: {{ $.Release.Name }}-header
    match:
      - headerName: {{ .name }}
        headerValue:
          exact: {{ .value | quote }}
{{- end }}
- pause: {{ if .duration }}{ duration: {{ .duration }} }{{ else }}{}{{ end }}
- setCanaryScale:
    matchTrafficWeight: true
{{- end }}
{{- end }}
{{- end }}
