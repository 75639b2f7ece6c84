{{- define "inference-service.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "inference-service.labels" -}}
{{ include "inference-service.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "inference-service.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{- define "inference-service.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default .Release.Name }}
{{- else -}}
{{ required "serviceAccount.name is empty: name the ServiceAccount that pods run as, or let serviceAccount.create be true" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* A Rollout whose traffic the Ingress' controller splits: it needs a Service of its own for the new pods. */ -}}
{{- define "inference-service.routedCanary" -}}
{{- if and (eq .Values.workload "Rollout") (eq .Values.rollout.strategy "canary") .Values.ingress.enabled -}}true{{- end -}}
{{- end }}
